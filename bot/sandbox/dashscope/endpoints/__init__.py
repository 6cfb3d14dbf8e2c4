"""The provider's endpoints, a subject each, and those of its control."""
