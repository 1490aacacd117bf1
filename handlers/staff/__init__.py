"""Colleagues: their accounts and rights, the staff group, the audit."""
