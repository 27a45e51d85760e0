"""Read a collection with dlt's rest_api source into Parquet; print CPU seconds and peak memory.

    .venv-bench/bin/python benchmarks/dlt_reading.py ADDRESS COLLECTION KEY FOLDER

Runs in an environment of its own (`make bench` makes it): dlt is no dependency of the project. CPU
seconds are those of this process and its children, without the imports.
"""

from __future__ import annotations

import os
import resource
import sys
from pathlib import Path

address, collection, key, folder = sys.argv[1:5]
os.environ.update(
    {
        "RUNTIME__DLTHUB_TELEMETRY": "false",
        "DLT_DATA_DIR": f"{folder}/dlt",
        "DESTINATION__FILESYSTEM__BUCKET_URL": f"file://{folder}/out",
        "NORMALIZE__DATA_WRITER__DISABLE_COMPRESSION": "false",
    }
)

import dlt  # noqa: E402
from dlt.sources.rest_api import rest_api_source  # noqa: E402


def spent() -> float:
    """Return the CPU seconds of this process and of the children it waited for."""
    whose = (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN)
    return sum(sum(resource.getrusage(who)[:2]) for who in whose)


def main() -> None:
    """Run one pipeline: extract, normalize, load."""
    pages = {"type": "cursor", "cursor_path": "after_cursor", "cursor_param": "cursor"}
    endpoint = {"path": collection, "data_selector": collection, "paginator": pages}
    resources = [{"name": collection, "primary_key": key.split(","), "endpoint": endpoint}]
    source = rest_api_source({"client": {"base_url": address}, "resources": resources})
    pipeline = dlt.pipeline(
        pipeline_name=f"bench_{collection}",
        pipelines_dir=f"{folder}/pipelines",
        destination="filesystem",
        dataset_name="bench",
    )
    before = spent()
    pipeline.run(source, loader_file_format="parquet")
    seconds = spent() - before
    rows = pipeline.last_trace.last_normalize_info.row_counts[collection]
    status = Path("/proc/self/status").read_text()
    peak = int(status.partition("VmHWM:")[2].split()[0])
    print(rows, seconds, peak / 1024)


if __name__ == "__main__":
    main()
