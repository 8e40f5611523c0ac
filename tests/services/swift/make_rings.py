"""Writes Swift's rings, one device each; run by Swift's own Python.

python make_rings.py FOLDER account=PORT container=PORT object=PORT
"""

import sys

from swift.common.ring import RingBuilder

PART_POWER, REPLICAS, HOURS = 4, 1, 1

folder, *rings = sys.argv[1:]
for ring in rings:
    name, port = ring.split("=")
    builder = RingBuilder(PART_POWER, REPLICAS, HOURS)
    builder.add_dev(
        {
            "region": 1,
            "zone": 1,
            "ip": "127.0.0.1",
            "port": int(port),
            "device": "d1",
            "weight": 1,
        }
    )
    builder.rebalance()
    builder.get_ring().save(f"{folder}/{name}.ring.gz")
