"""A simulated shop, Hillside (山野集): for trying Castanea, for tests over many seeds, and for teaching.

Everything follows from a seed. The world knows what would have happened without each planted incident, so that alerts, causes and
measured effects can be judged against the truth.
"""
