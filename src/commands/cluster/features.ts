// ktool cluster features.

import { describeFeatures, type Feature, levelText } from '../../client/admin/features.ts'
import { defineCommand } from '../command.ts'

interface Row extends Feature {
  /** The name of the finalized level, where it has one. */
  release: string | null
  epoch: number | null
}

export const command = defineCommand({
  path: 'cluster features',
  summary: 'Show the features that the cluster has agreed on',
  description:
    'Shows the levels of features that the brokers support, and those that the cluster has agreed on (finalized); 0 is ' +
    'off. The levels of metadata.version have the names of releases.',
  examples: [{ line: 'ktool cluster features', doc: 'All features' }],
  async run(context) {
    const { cluster } = await context.client()
    const { epoch, features } = await describeFeatures(cluster)
    const rows = context.rows<Row>({
      columns: [
        { key: 'name', title: 'FEATURE' },
        { key: 'supportedMin' },
        { key: 'supportedMax' },
        { key: 'finalized' },
        { key: 'release', align: 'left' },
        { key: 'epoch' },
      ],
    })
    for (const feature of features) {
      const text = levelText(feature.name, feature.finalized)
      await rows.add({ ...feature, release: text === String(feature.finalized) ? null : text, epoch })
    }
    await rows.end()
  },
})
