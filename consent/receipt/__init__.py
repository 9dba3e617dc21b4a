"""The subject's own copy of a record: plain (``plain``) and in the words of the W3C's vocabulary (``dpv``)."""

from consent.receipt.dpv import receipt_jsonld
from consent.receipt.plain import Json, receipt

__all__ = ["Json", "receipt", "receipt_jsonld"]
