"""United Kingdom, HM Revenue & Customs: overseas trade statistics by CN8 (uktradeinfo)."""
