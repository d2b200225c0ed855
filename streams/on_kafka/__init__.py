"""What the log on Apache Kafka is made of: `streams/kafka.py` is the whole."""
