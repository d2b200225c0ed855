"""What all numbers stand on: arrays, inner products, moments, histograms, hashed uniforms."""
