"""The log on Apache Kafka: `log` is the whole, the other modules are its parts."""
