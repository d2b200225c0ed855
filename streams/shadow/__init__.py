"""`poolwise work --shadow`: another configuration beside the workers, which sends nothing."""
