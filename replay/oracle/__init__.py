"""What a simulated market would allow someone who knows its true parameters: bounds and rivals."""
