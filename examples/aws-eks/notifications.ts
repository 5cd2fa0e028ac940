// Where alarms go, as an example of what is yours: Lockstep has no component for it.
import { cloudwatch, sns } from '@pulumi/aws';
import { type CustomResourceOptions, jsonStringify, type Output } from '@pulumi/pulumi';

/** A topic that hears when somebody touches the archive's key: without the key nobody reads the archive again. */
export function notifications(
  keyArn: Output<string>,
  email: string,
  opts: CustomResourceOptions,
): Output<string> {
  const topic = new sns.Topic('mcp', {}, opts);
  // For a chat, connect the topic to Amazon Q Developer in chat applications, once it has been let into the workspace:
  // new chatbot.SlackChannelConfiguration('mcp', { snsTopicArns: [topic.arn], … }). The gateway's own alerts come the
  // same way, by Alertmanager's receiver for SNS and a WorkloadIdentity with sns:Publish on this topic.
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
