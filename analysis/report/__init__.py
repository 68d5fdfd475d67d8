"""Reports: findings as sentences, tables and pages."""
