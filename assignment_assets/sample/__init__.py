"""The sample company, generated from a seed on real US geography."""

from assignment_assets.sample.company import AS_OF, Company, describe, generate, read, write

__all__ = ["AS_OF", "Company", "describe", "generate", "read", "write"]
