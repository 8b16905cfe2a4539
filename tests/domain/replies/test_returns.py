"""What somebody who had refused messages says: to get them again, or to stay without."""

import pytest

from shared.domain.replies.heard import hear
from shared.domain.replies.returns import returns, stays_out


@pytest.mark.parametrize(
    ("language", "text"),
    [
        ("en", "i texted stop when i was mad, i take it back, sign me up again"),
        ("en", "could you start sending those again?"),
        ("en", "Ever since the texts stopped I forget. Come back please"),
        ("es", "me di de baja sin querer, vuelvan a mandarme los avisos"),
        ("es", "puse baja por error, apúntenme otra vez"),
        ("fr", "je me suis désabonné par erreur, remettez-moi les rappels"),
        ("fr", "recommencez à m'écrire comme avant"),
        ("pt", "saí da lista sem querer, me coloquem de volta"),
        ("pt", "desde que pararam de me avisar perdi duas consultas. voltem, por favor"),
    ],
)
def test_who_wants_messages_again_gets_them(language: str, text: str) -> None:
    assert returns(hear(text, language))
    assert not stays_out(hear(text, language))


@pytest.mark.parametrize(
    ("language", "text"),
    [
        ("en", "no, I do not want to start again"),
        ("en", "why am I still getting these?"),
        ("en", "I said stop and here you are again"),
        ("es", "no, no quiero volver"),
        ("es", "les dije que no y siguen"),
        ("fr", "je ne souhaite pas me réabonner"),
        ("fr", "j'avais dit non et vous revoilà"),
        ("pt", "não quero me inscrever outra vez"),
        ("pt", "eu já tinha cancelado isso. ainda tô recebendo pq?"),
    ],
)
def test_who_says_no_again_stays_out(language: str, text: str) -> None:
    assert stays_out(hear(text, language))
    assert not returns(hear(text, language))


@pytest.mark.parametrize(
    ("language", "text"),
    [
        ("en", "what are your hours?"),
        ("en", "stop texting me again"),
        ("en", "you keep sending me these again"),
        ("fr", "vous m'envoyez à nouveau des textos"),
        ("es", "vuelvan a escribirme y los denuncio"),
        ("fr", "à quelle heure ouvrez-vous ?"),
        ("pt", "não voltem a me escrever"),
    ],
)
def test_what_wishes_nothing_back_is_no_return(language: str, text: str) -> None:
    assert not returns(hear(text, language))
