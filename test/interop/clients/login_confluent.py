# librdkafka: logs in as each entry of a JSON list says, and prints a line a piece: the topics, or the errors that it told of.
#
#   python login_confluent.py LIST

import json
import sys
import time

from confluent_kafka import KafkaException
from confluent_kafka.admin import AdminClient

for each in json.loads(sys.argv[1]):
    told = set()
    config = {
        'bootstrap.servers': each['bootstrap'],
        'ssl.ca.location': each['ca'],
        'error_cb': lambda error: told.add(error.name()),
        'log_level': 0,
        'logger': type('Silent', (), {'log': lambda self, *what: None})(),
    }
    if 'certificate' in each:
        config.update({'ssl.certificate.location': each['certificate'], 'ssl.key.location': each['key']})
    if 'mechanism' in each:
        config.update({'security.protocol': 'SASL_SSL', 'sasl.mechanisms': each['mechanism']})
        if 'token' in each:
            config['oauth_cb'] = lambda _, token=each['token']: (token, time.time() + 3600, 'alice', {})
        else:
            config.update({'sasl.username': each['username'], 'sasl.password': each['password']})
    else:
        config['security.protocol'] = 'SSL'
    client = AdminClient(config)
    outcome = None
    deadline = time.time() + 10
    while outcome is None:
        try:
            outcome = f'ok {sorted(client.list_topics(timeout=0.5).topics)}'
        except KafkaException:
            client.poll(0.1)
            if told & {'_AUTHENTICATION', '_SSL'} or time.time() > deadline:
                # Where a certificate is refused it depends on the moment what is told.
                outcome = ' '.join(sorted(told & {'_AUTHENTICATION'} or told)) if 'mechanism' in each else 'refused'
    print(each['name'], outcome, flush=True)
