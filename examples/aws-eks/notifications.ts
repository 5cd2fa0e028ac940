// Where alarms go, as an example of your own infrastructure: Lockstep has no component for it.
import { cloudwatch, sns } from '@pulumi/aws';
import { type CustomResourceOptions, jsonStringify, type Output } from '@pulumi/pulumi';

/**
 * A topic that is notified when somebody disables or deletes the archive's key. Without the key, nobody can ever read
 * the archive again.
 */
export function notifications(
  keyArn: Output<string>,
  email: string,
  opts: CustomResourceOptions,
): Output<string> {
  const topic = new sns.Topic('mcp', {}, opts);
  // For a chat, admit Amazon Q Developer to the workspace, and then connect the topic:
  // new chatbot.SlackChannelConfiguration('mcp', { snsTopicArns: [topic.arn], … }). The gateway's own alerts can also go
  // to this topic, through Alertmanager's receiver for SNS and a WorkloadIdentity with sns:Publish on it.
  new sns.TopicSubscription('email', { topic: topic.arn, protocol: 'email', endpoint: email }, opts);

  const rule = new cloudwatch.EventRule(
    'archive-key',
    {
      eventPattern: jsonStringify({
        source: ['aws.kms'],
        'detail-type': ['AWS API Call via CloudTrail'],
        detail: { eventName: ['ScheduleKeyDeletion', 'DisableKey'], resources: { ARN: [keyArn] } },
      }),
    },
    opts,
  );
  new cloudwatch.EventTarget('archive-key', { rule: rule.name, arn: topic.arn }, opts);
  new sns.TopicPolicy(
    'mcp',
    {
      arn: topic.arn,
      policy: jsonStringify({
        Version: '2012-10-17',
        Statement: [
          {
            Sid: 'EventsOfTheKey',
            Effect: 'Allow',
            Principal: { Service: 'events.amazonaws.com' },
            Action: 'sns:Publish',
            Resource: topic.arn,
            Condition: { ArnEquals: { 'aws:SourceArn': rule.arn } },
          },
        ],
      }),
    },
    opts,
  );
  return topic.arn;
}
