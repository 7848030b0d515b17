"""The product's version, as in CHANGELOG.md."""

VERSION = "0.2.0"
