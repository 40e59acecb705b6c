"""Survey statistics: what an operation states of its design, weights, estimates and their errors. No files of rounds are read here."""
