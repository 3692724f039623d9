"""Better books from books: annealing, exchanges of two and more, descent from the worst."""
