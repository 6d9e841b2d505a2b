"""Draw docs/pictures: the app in front of the demo's traffic, by a seed and a clock of its own."""

import asyncio
import os
import sys
from pathlib import Path

ROOT = Path(__file__).parent.parent
sys.path.insert(0, str(ROOT))
os.environ["TZ"] = "UTC"

from tests.tui.pictures import PICTURES, draw  # noqa: E402 - found by the path above


async def main() -> None:
    """Draw each."""
    folder = ROOT / "docs" / "pictures"
    folder.mkdir(parents=True, exist_ok=True)
    for picture in PICTURES:
        (folder / f"{picture.name}.svg").write_text(await draw(picture), encoding="utf-8")
        print(f"{picture.name}.svg")


if __name__ == "__main__":
    asyncio.run(main())
