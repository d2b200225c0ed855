"""The log on Apache Kafka: `log` has the class, the other modules are its parts."""
