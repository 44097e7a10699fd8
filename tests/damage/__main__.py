"""Print every damaged input, what it ended in and its message: ``python -m tests.damage``."""

import tempfile
from collections import Counter
from pathlib import Path

from tests.conftest import has_real_data, real_folder
from tests.damage.all_at_once import all_cases, run_cases
from tests.damage.case import Outcome


def main() -> None:
    """Run all cases and print them as Markdown."""
    real_data = real_folder() if has_real_data() else None
    with tempfile.TemporaryDirectory() as scratch:
        cases = {str(case): case for case in all_cases(real_data)}
        found = run_cases(list(cases), Path(scratch), real_data)
    print("| input | damage | outcome | message |\n|---|---|---|---|")
    for name, case in cases.items():
        one = found[name]
        outcome = one.outcome.value if one.outcome else "PROBLEM"
        message = (one.problem.strip().splitlines() or one.faults or [""])[-1 if one.problem else 0]
        more = f" (+{len(one.faults) - 1})" if len(one.faults) > 1 else ""
        print(f"| {case.region}/{case.file} | {case.damage.name} | {outcome} | {message.replace('|', '¦')}{more} |")
    counts = Counter(found[name].outcome for name in cases)
    print("\n" + "; ".join(f"{kind.value}: {counts[kind]}" for kind in Outcome), f"; problems: {counts[None]}", sep="")
    print(f"{len(cases)} damaged inputs; " + ("with" if real_data else "WITHOUT") + " the real data of Kampen")


if __name__ == "__main__":
    main()
