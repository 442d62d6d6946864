"""IPython's pretty printer, which the page's runtime carries as one file."""

from IPython.lib.pretty import RepresentationPrinter as RepresentationPrinter
from IPython.lib.pretty import _type_pprinters as _type_pprinters
