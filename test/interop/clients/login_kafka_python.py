# kafka-python: logs in as each entry of a JSON list says, and prints a line a piece: the topics, or the error.
#
#   python login_kafka_python.py LIST

import json
import sys

from kafka.admin import KafkaAdminClient
from kafka.net.sasl.oauth import AbstractTokenProvider


class Token(AbstractTokenProvider):
    def __init__(self, text):
        super().__init__()
        self.text = text

    def token(self):
        return self.text


for each in json.loads(sys.argv[1]):
    config = {
        'bootstrap_servers': each['bootstrap'],
        'security_protocol': 'SASL_SSL' if 'mechanism' in each else 'SSL',
        'ssl_cafile': each['ca'],
        'ssl_certfile': each.get('certificate'),
        'ssl_keyfile': each.get('key'),
        'request_timeout_ms': 8000,
        'bootstrap_timeout_ms': 4000,
    }
    if 'mechanism' in each:
        config['sasl_mechanism'] = each['mechanism']
        if 'token' in each:
            config['sasl_oauth_token_provider'] = Token(each['token'])
        else:
            config['sasl_plain_username'] = each['username']
            config['sasl_plain_password'] = each['password']
    try:
        outcome = f'ok {sorted(KafkaAdminClient(**config).list_topics())}'
    except Exception as error:
        outcome = type(error).__name__
    print(each['name'], outcome, flush=True)
