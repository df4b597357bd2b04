"""Read pages of lists that show no person; a look into a case is by ``read_case``, and is journalled."""
