"""A Ray cluster of several nodes on this machine, in a process of its own: `python ray_nodes.py NODES`.

It prints one line of JSON when the cluster is up: its address, and the process of each node's raylet. It ends
when its standard input does.
"""

import json
import os
import sys

os.environ["RAY_USAGE_STATS_ENABLED"] = "0"
# By default Ray's workers get next to no time from a machine that has other work.
os.environ["RAY_worker_niceness"] = "0"  # noqa: SIM112 - Ray's name

ATTEMPTS = 3  # Ray gives its own processes a time to begin that a busy machine exceeds
SMALL = {"num_cpus": 4, "object_store_memory": 80 << 20}
QUICK = {"health_check_initial_delay_ms": 1000, "health_check_period_ms": 1000}


def started(nodes):
    """Return a cluster of so many nodes."""
    from ray.cluster_utils import Cluster  # noqa: PLC0415 - takes seconds

    for attempt in range(ATTEMPTS):
        cluster = Cluster()
        try:
            cluster.add_node(include_dashboard=False, _system_config=QUICK, **SMALL)
            for _ in range(nodes - 1):
                cluster.add_node(**SMALL)
        except Exception:
            cluster.shutdown()
            if attempt == ATTEMPTS - 1:
                raise
        else:
            return cluster
    raise AssertionError


def main():
    cluster = started(int(sys.argv[1]))
    nodes = [cluster.head_node, *cluster.worker_nodes]
    raylets = [node.all_processes["raylet"][0].process.pid for node in nodes]
    sys.stdout.write(json.dumps({"address": cluster.address, "raylets": raylets}) + "\n")
    sys.stdout.flush()
    sys.stdin.read()
    cluster.shutdown()


if __name__ == "__main__":
    main()
