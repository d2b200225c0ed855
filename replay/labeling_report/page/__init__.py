"""The page: charts, tables and sentences made from the figures."""
