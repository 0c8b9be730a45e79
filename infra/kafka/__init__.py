"""A real Kafka broker on loopback, for machines without Docker: `infra.kafka.broker`."""
