from .charts.category import plot_category as plot_category
from .charts.overview import plot_overview as plot_overview
from .detect.annual.result import ShiftTable as ShiftTable
from .detect.annual.shifts import detect_shifts as detect_shifts
from .detect.monthly.monitor import monitor as monitor
from .detect.monthly.screen import screen as screen
from .detect.robust.fit import detect_shift as detect_shift
from .detect.robust.result import ShiftResult as ShiftResult
from .errors import TradeflowError as TradeflowError
from .flows.classify import classify as classify
from .flows.read import read_flows as read_flows
from .flows.read import write_flows as write_flows
from .flows.samples import list_samples as list_samples
from .flows.samples import load_sample as load_sample
from .nomenclature.categories import category as category
from .nomenclature.categories import listed_on as listed_on
from .nomenclature.categories import members as members
from .nomenclature.editions import edition_of as edition_of
from .nomenclature.events import events as events
from .nomenclature.families import comparability as comparability
from .nomenclature.families import family as family
from .nomenclature.words import lookup as lookup
from .panel.build import panel as panel
from .panel.model import Panel as Panel
from .simulate.simulate import simulate as simulate

__version__: str
