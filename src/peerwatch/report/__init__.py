"""What people look at: the HTML page, figures, tables for the terminal, plans and previews."""
