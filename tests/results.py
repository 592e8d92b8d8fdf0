"""Prints the results of checks, for the scripts in the folders below, in the form that tests/tally.py counts."""


def report(results):
    """Prints each check, a pair of its name and its faults, and counts them. Returns the exit status."""
    results = list(results)
    for name, faults in results:
        print("FAILED" if faults else "ok", name)
        for fault in faults:
            print("   ", fault)
    failed = sum(1 for _, faults in results if faults)
    print(f"{len(results) - failed} passed, {failed} failed")
    return 1 if failed else 0
