"""A sentence such as 上周抖音退款率按商品 as a query, by a grammar over the declared names."""

from castanea.semantics.sentences.members import members_of
from castanea.semantics.sentences.told import told
from castanea.semantics.sentences.understanding import Piece, Understood, understand
from castanea.semantics.sentences.vocabulary import Vocabulary

__all__ = ["Piece", "Understood", "Vocabulary", "members_of", "told", "understand"]
