"""What stands behind the presenter: a wall, a gradient, a picture, a film, or the portrait's own room out of focus."""
