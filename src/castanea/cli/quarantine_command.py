def register(app, wiring):
    pass
