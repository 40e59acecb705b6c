"""Deliveries: receiving files into the vault and reading them, every cell as it was."""
