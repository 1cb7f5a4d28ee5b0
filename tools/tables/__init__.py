"""Translation tables read from outside: from a halted machine's memory or from a dump of it. Plain Python 3."""
