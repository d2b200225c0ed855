"""The configuration: one TOML file, its section [log], ranges and credentials."""
