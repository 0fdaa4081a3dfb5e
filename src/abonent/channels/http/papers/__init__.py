"""Receipts, statements, invoices and lists as files: PDF, XLSX and CSV."""
