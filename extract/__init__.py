"""From the vendors' APIs to Parquet files: connectors, one HTTP client, one landing writer."""
