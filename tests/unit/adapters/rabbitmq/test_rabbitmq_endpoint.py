"""Addresses that are not safe or not complete are refused in words, and no secret is ever shown."""

import ssl

import pytest

from adapters.rabbitmq.endpoint import Endpoint, pause_factor
from adapters.rabbitmq.transport import RabbitTransport
from gateway.domain.errors import OperatorError

TLS = ssl.create_default_context()


@pytest.mark.parametrize(
    ("url", "options", "code"),
    [
        ("http://localhost", {}, "broker-url-invalid"),
        ("amqp://[", {}, "broker-url-invalid"),
        ("amqp://arbo-a:s3cret@localhost/so", {}, "broker-url-vhost"),
        ("amqp://arbo-a:s3cret@broker.example", {}, "broker-insecure"),
        ("amqp://arbo-a:s3cret@10.1.2.3", {}, "broker-insecure"),
        ("amqps://arbo-a@broker.example", {}, "broker-tls-missing"),
        ("amqps://arbo-a:s3cret@broker.example", {"tls": lambda: TLS}, "broker-password-insecure"),
        ("amqps://arbo-a@broker.example", {"tls": lambda: TLS, "password": "s3cret"}, "broker-password-insecure"),
        ("amqp://arbo-b:s3cret@localhost", {}, "broker-user-mismatch"),
        ("amqp://localhost", {}, "broker-password-missing"),
    ],
)
def test_refused(url, options, code):
    with pytest.raises(OperatorError) as caught:
        RabbitTransport("arbo-a", url, **options)
    assert caught.value.code == code
    assert "s3cret" not in str(caught.value)
    assert caught.value.remedy


def test_a_client_certificate_without_password_means_external():
    endpoint = Endpoint.parse("arbo-a", "amqps://broker.example", tls=lambda: TLS)
    assert endpoint.url.query["auth"] == "external"
    assert endpoint.url.password is None


@pytest.mark.parametrize("host", ["127.0.0.1", "localhost", "[::1]"])
def test_loopback_may_be_plain(host):
    assert Endpoint.parse("arbo-a", f"amqp://{host}", password="x").url.user == "arbo-a"


def test_another_machine_may_be_plain_when_that_is_said():
    assert Endpoint.parse("arbo-a", "amqp://broker.example", password="x", allow_insecure=True)


def test_the_password_is_not_in_the_representation():
    assert "s3cret" not in repr(Endpoint.parse("arbo-a", "amqp://arbo-a:s3cret@localhost"))


def test_the_first_refusal_is_asked_about_soon_and_the_later_ones_ever_less_often():
    assert [pause_factor(refusals) for refusals in (0, 1, 2, 3, 4, 5, 1000)] == [1, 1, 2, 4, 8, 15, 15]
