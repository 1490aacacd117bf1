"""Runs the measurements: `python -m benchmarks [PART] [--quick] [--dev DIR] [--docs]`."""

import argparse
import os
import platform
import sys
import traceback
from pathlib import Path

from benchmarks import ablation, answers, fitting, revisions, service, throughput, understanding

DEV_SETS = "DIANLING_DEV_SETS"
PARTS = ("understanding", "revisions", "answers", "throughput", "service")
ABLATION = "ablation"  # rebuilds the index a dozen times: only where it is asked for
FIT = "fit"  # no measurement: writes the coefficients of the judgement anew


def main() -> int:
    """Run the parts asked for, by default all; 0 is success, 1 a measurement that could not be made."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks", description=__doc__)
    parser.add_argument("part", nargs="?", choices=(*PARTS, ABLATION, FIT), help="only this part")
    parser.add_argument("--quick", action="store_true", help="fewer questions and rounds: for a first look")
    parser.add_argument(
        "--dev",
        type=Path,
        default=Path(os.environ[DEV_SETS]) if os.environ.get(DEV_SETS) else None,
        help=f"folder of foreign sets, *_kb.tsv and *_queries.tsv (default: ${DEV_SETS}, else none)",
    )
    parser.add_argument("--docs", action="store_true", help="write the tables into docs/ as well")
    asked = parser.parse_args()
    print(
        f"Python {platform.python_version()}, {os.cpu_count()} cores, {platform.machine()}, "
        f"load {os.getloadavg()[0]:.1f} at the start"
    )
    if asked.part == FIT:
        fitting.run()
        return 0
    failed: list[str] = []
    for part in PARTS if asked.part is None else (asked.part,):
        try:
            match part:
                case "understanding":
                    understanding.run(quick=asked.quick, foreign=asked.dev, docs=asked.docs)
                case "answers":
                    answers.run(quick=asked.quick)
                case "revisions":
                    revisions.run(quick=asked.quick)
                case "throughput":
                    throughput.run(quick=asked.quick)
                case "ablation":
                    ablation.run(foreign=asked.dev)
                case _:
                    service.run(quick=asked.quick)
        except Exception as error:
            # The other parts are still worth their figures.
            traceback.print_exc()
            print(f"{part}: not measured: {type(error).__name__}: {error}", file=sys.stderr)
            failed.append(part)
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
