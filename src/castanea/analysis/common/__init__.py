"""What all analyses share: the form of an answer, and columns of a table as numbers and times."""

from castanea.analysis.common.answer import Answer, Warned, not_enough, settled
from castanea.analysis.common.columns import Times, names, numbers, present, texts, times

__all__ = ["Answer", "Times", "Warned", "names", "not_enough", "numbers", "present", "settled", "texts", "times"]
