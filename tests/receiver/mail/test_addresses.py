"""Whatever characters an address is made of, a message has one recipient, the same on its envelope and in its header."""

from hypothesis import given, settings
from hypothesis import strategies as st

from reference_impl.effects.mail import Mail, is_address
from reference_impl.effects.smtp import SmtpMailer
from reference_impl.effects.smtp_session import smtp_server

from .conftest import SENDER
from .smtp_service import Post, serving

ODD = st.sampled_from(
    [*"ab.!#$%&'*+/=?^_`{|}~-é🎉\r\n\u2028\u200d,;:<>()[]\"\\ @", "=?utf-8?q?b=40evil=2c?="]
)
PART = st.lists(ODD, min_size=1, max_size=6).map("".join)


def test_an_address_brings_no_other_recipient() -> None:
    with serving(Post(), enable_SMTPUTF8=True) as post:
        mailer = SmtpMailer(smtp_server(post.url), SENDER)

        @settings(max_examples=30, deadline=None)
        @given(st.lists(st.builds("{}@{}".format, PART, PART), min_size=20, max_size=20))
        def check(addresses: list[str]) -> None:
            post.accepted.clear()
            admitted = [address for address in addresses if is_address(address)]
            mails = [Mail("k", "welcome_email", address, "Bonjour", "Bonjour\n") for address in admitted]
            delivered = [mail.to for mail in mails if mailer.deliver(mail)]  # the server refuses some of them
            assert [one.to for one in post.accepted] == [[address] for address in delivered]
            for one in post.accepted:
                assert [str(at) for at in one.message.get_all("To")] == one.to
                assert one.message["Bcc"] is None

        check()
