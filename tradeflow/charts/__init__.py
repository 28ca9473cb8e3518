"""How the answers look: figures drawn from the tables of ``detect``, without any statistics."""
