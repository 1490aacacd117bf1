"""Every sentence that a customer reads."""
