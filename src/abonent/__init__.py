"""abonent: the open self-care system for telecom operators."""
