"""One small valid file of each kind, as text, for tests that then break it."""

from __future__ import annotations

BACI = """\
t,i,j,k,v,q
2021,156,643,010620,48.641,3.124
2021,156,643,848210,3185.86,951.578
2022,156,643,848210,5000,NA
2022,156,643,880330,12.5,        NA
"""

COMEXT = """\
DATAFLOW,LAST UPDATE,freq,reporter,partner,product,flow,indicators,TIME_PERIOD,OBS_VALUE
ESTAT:DS-045409(1.0),,M,DE,RU,84821010,2,VALUE_IN_EUROS,2021-12,1000
ESTAT:DS-045409(1.0),,M,DE,RU,84821010,2,QUANTITY_IN_100KG,2021-12,12.5
ESTAT:DS-045409(1.0),,M,DE,RU,01062000,2,VALUE_IN_EUROS,2022-01,77
ESTAT:DS-045409(1.0),,M,GR,KZ,88073000,2,VALUE_IN_EUROS,2022-01,2000
ESTAT:DS-045409(1.0),,M,DE,RU,85XXXXXX,2,VALUE_IN_EUROS,2022-01,4141
"""

COMTRADE_TOTALS = """\
period,reporterISO,partnerISO,flowCode,cmdCode,primaryValue
202201,CHN,RUS,X,TOTAL,3335331793
202201,CHN,RUS,M,TOTAL,3159813913
202202,CHN,RUS,X,TOTAL,1991553832
"""

FLOWS = """\
period,freq,reporter,partner,flow,edition,hs6,national_code,region,regime,value_usd,net_kg,\
quantity,quantity_unit,valuation,status,weight_estimated,source,release
2021-01-01,A,CHN,RUS,export,HS2017,010620,,,,48641.0,3124.0,,,FOB,estimated,,BACI,V1
2021-01-01,A,CHN,RUS,export,HS2017,848210,,,,3185860.0,951578.0,,,FOB,estimated,,BACI,V1
2022-01-01,A,CHN,RUS,export,HS2017,848210,,,,5000000.0,,,,FOB,estimated,,BACI,V1
"""

FILES = {
    "baci": BACI,
    "comext": COMEXT,
    "comtrade-totals": COMTRADE_TOTALS,
    "flows": FLOWS,
}
