"""tradeflow: shifts in dual-use trade that calendar, prices and code changes do not explain.

Names are loaded when they are first used; ``__init__.pyi`` lists them for editors and type
checkers.
"""

import lazy_loader as lazy

__version__ = "0.1.0"

__getattr__, __dir__, __all__ = lazy.attach_stub(__name__, __file__)
