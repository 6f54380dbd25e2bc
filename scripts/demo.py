#!/usr/bin/env python3
"""Makes docs/demo.svg: what `keylint scan` prints in a small project.

The secrets are put together here and live in a temporary directory; none stands in the repository.

    pip install rich && cargo build --release && python3 scripts/demo.py
"""

import os
import pathlib
import random
import string
import subprocess
import tempfile
import zlib

from rich.console import Console
from rich.text import Text

ROOT = pathlib.Path(__file__).resolve().parent.parent
BASE62 = string.digits + string.ascii_uppercase + string.ascii_lowercase


def github_token(dice: random.Random) -> str:
    """A token whose checksum holds: CRC32 of the random part, in base 62."""
    body = "".join(dice.choices(string.ascii_letters + string.digits, k=30))
    number, check = zlib.crc32(body.encode()), ""
    while number:
        number, digit = divmod(number, 62)
        check = BASE62[digit] + check
    return "gh" + "p_" + body + check.rjust(6, "0")


def project(folder: pathlib.Path) -> None:
    dice = random.Random(7)
    (folder / "deploy.sh").write_text(
        "#!/bin/sh\nset -eu\n"
        f"export GITHUB_TOKEN={github_token(dice)}\n"
        "gh release create \"$1\"\n"
    )
    (folder / "app-policy.json").write_text(
        """{
  "Version": "2012-10-17",
  "Statement": [
    {
      "Effect": "Allow",
      "Action": "secretsmanager:GetSecretValue",
      "Resource": "arn:aws:secretsmanager:eu-west-1:111122223333:secret:prod/db"
    },
    {
      "Effect": "Allow",
      "Action": "kms:Decrypt",
      "Resource": "arn:aws:kms:eu-west-1:111122223333:alias/prod"
    }
  ]
}
"""
    )


def main() -> None:
    with tempfile.TemporaryDirectory() as name:
        folder = pathlib.Path(name)
        project(folder)
        command = [ROOT / "target/release/keylint", "--color", "always", "scan", "--no-config", "."]
        environment = {**os.environ, "COLUMNS": "96"}
        shown = subprocess.run(command, cwd=folder, capture_output=True, text=True, env=environment, check=False)
    console = Console(record=True, width=98, file=open(os.devnull, "w", encoding="utf-8"))
    console.print(Text.from_ansi("$ keylint scan\n" + shown.stdout))
    console.save_svg(str(ROOT / "docs/demo.svg"), title="keylint")


if __name__ == "__main__":
    main()
