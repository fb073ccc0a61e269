"""The type of text columns, which both lines of pandas that are supported have."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd


def _text_type() -> Any:
    try:
        return pd.StringDtype("pyarrow", na_value=np.nan)
    except TypeError:  # pandas 2.2 has the same type under another name
        return pd.StringDtype("pyarrow_numpy")


TEXT: Any = _text_type()
"""Strings in Arrow's memory, NaN where there is none: what pandas 3 makes of text by itself."""
