"""Runs 'the same in PyTorch': every block of Python in the chapters, each alone, and checks the values that it names.

    /usr/bin/python3 test/golden/run_chapters.py

Behind an expression that stands alone in its line, a comment is its value, as Python prints it: `y.shape  # torch.Size([1, 10, 98, 98])`;
behind `print(...)`, what is printed. Spaces and line ends don't count. Writes the hashes of the blocks that hold, which
`test/learn.test.ts` looks for.
"""
import ast
import contextlib
import hashlib
import io
import json
import pathlib
import re
import sys

import torch

CHAPTERS = pathlib.Path(__file__).parents[2] / 'docs' / 'learn'
IMPORTS = 'import torch\nimport torch.nn.functional as F\nimport torchvision\nfrom torch import nn\n'


def plain(text):
    return re.sub(r'\s', '', text)


def run(block):
    """Throws what the block throws, and an AssertionError where a value isn't the one that is named."""
    names = {}
    exec(IMPORTS, names)
    torch.manual_seed(0)
    lines = block.split('\n')
    for statement in ast.parse(block).body:
        if not isinstance(statement, ast.Expr):
            exec(compile(ast.Module([statement], []), 'block', 'exec'), names)
            continue
        printed = io.StringIO()
        with contextlib.redirect_stdout(printed):
            value = eval(compile(ast.Expression(statement.value), 'block', 'eval'), names)
        rest = lines[statement.end_lineno - 1].encode()[statement.end_col_offset:].decode()
        said = printed.getvalue() if value is None else repr(value)
        if '#' in rest and said:
            named = rest.split('#', 1)[1]
            assert plain(named) == plain(said), f'line {statement.end_lineno} is {said}, and not {named.strip()}'


held, failed = {}, 0
for chapter in sorted(CHAPTERS.glob('*.md')):
    for block in re.findall(r'^```python\n(.*?)^```', chapter.read_text(), re.M | re.S):
        try:
            run(block)
        except Exception as error:
            failed += 1
            print(f'{chapter.name}: {type(error).__name__}: {error}\n\n{block}', file=sys.stderr)
        else:
            held.setdefault(chapter.name, []).append(hashlib.sha256(block.encode()).hexdigest()[:16])
pathlib.Path(__file__).with_name('chapters.json').write_text(json.dumps(held, indent=2) + '\n')
sys.exit(failed > 0)
